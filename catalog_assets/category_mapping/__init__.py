"""From suppliers' category paths to the nodes of a taxonomy, with a calibrated confidence.

In this order: `words` (what the levels of a path say), `space` (how alike that is to each node), `candidates` (which
nodes are looked at), `features` (a path and a node in numbers), `scorer` (the probability of each candidate),
`mapping` (the answer, with its probability made honest by `certainty/calibration.py`). `learning` makes a mapper,
`release` keeps it.

Belongs here: the mapping itself, on distinct paths. Does not belong here: taxonomies (`vocabulary/taxonomy.py`), how a
cell becomes a path (`standardized/names.py`), and who decides what is doubtful.
"""
