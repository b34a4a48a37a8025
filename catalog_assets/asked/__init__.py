"""What a language model is asked about products that nobody else knows, and what comes of it.

Questions go out and answers come back as with people: nothing waits for them. `asking` sends and keeps (it alone knows
the model and the clock), `journal` is what was sent and received, and the stage makes proposals of what is there.
"""
