"""Values in the form that a consumer of the catalogue wants: names in full, digits, counts, units, closed lists.

In this order: `normalization` (a form, and values put into it), `pieces` (texts as character n-grams), `generalization`
(values that no rule maps to a closed list, by what was learned).

Belongs here: forms for consumers. Does not belong here: the catalogue's own canonical values (`standardized/`). No
stage uses this yet; `benchmarks/standardize.py` measures it.
"""
