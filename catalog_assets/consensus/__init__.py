"""What people's words together make: which word stands, how sure that is, and how far each person is believed.

Belongs here: the rules (`standing`), how accuracies are learned (`trust`), and which release holds when (`release`).
Does not belong here: the journal of words and who is asked (`resources/review`), and what a stage does with a decision.
"""
