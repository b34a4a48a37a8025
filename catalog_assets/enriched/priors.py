"""How sure a rule is of what it finds: one table.

Belongs here: the numbers and what they mean. They are priors: estimates (partly measured on labelled public data, see
the notes), to be replaced by calibration on decided cases. Does not belong here: which rule found what.

A value at or above 0.85 is accepted without a person, so the kinds below that are those that a person should see.
"""

from collections.abc import Mapping
from types import MappingProxyType

PRIORS: Mapping[str, float] = MappingProxyType(
    {
        # A value in the product's name.
        "name labelled": 0.95,  # "Color: Black", "RAM: 8 GB"
        "name context": 0.95,  # "8GB RAM", "15.6-inch laptop", "pack of 6"
        "name unit": 0.92,  # "500 ml": the unit says which attribute it is
        "name expected": 0.90,  # '15.6"' in the name of a laptop: the category says which attribute it is
        "name segment": 0.92,  # a word that fills a part of the name by itself: "T-shirt, Black", "Casablanca - DVD"
        "name word": 0.87,  # a word in running text, in a category where the attribute is usual
        "name stray": 0.65,  # a word in running text, category not known
        "name stray segment": 0.80,  # a word that fills a part of the name, category not known
        "name guess": 0.60,  # two readings are possible: "12 pcs" (in the pack or of the set), "8GB/256GB", "6 oz"
        # A value in the description: it also speaks of parts, of accessories and of other products.
        "description labelled": 0.90,
        "description context": 0.80,
        "description unit": 0.65,
        "description expected": 0.65,
        "description guess": 0.40,
        # One attribute's own prior, where it differs: descriptions list the sizes that there are.
        "description labelled size": 0.60,
        "description context size": 0.50,
        "name chain": 0.45,  # "128GB & 256GB", "110-240 V": one of several
        "description chain": 0.45,
        # What the other candidates of the same attribute do to the value that is proposed.
        "several": 0.50,  # at most this, where the same text says something else too
        "contradicted": 0.60,  # at most this, where name and description say different things and
        "contradicting": 0.80,  # both are at least so sure
        "agreement": 0.03,  # so much surer, where name and description say the same (often it is one text twice) and
        "agreed": 0.97,  # at most this
        "least": 0.50,  # below this nothing is proposed
        # Categories.
        "category path and name": 0.96,
        "category path": 0.90,  # the supplier's last level is an alias of one category, and the name says nothing
        "category itself": 0.90,  # the supplier's whole path is a category's own path or name, whatever the name says
        "category path against name": 0.65,
        "category parent": 0.70,  # only a level above the last is an alias
        "category name ending": 0.92,  # "... - DVD": the name ends in what a film, a record or a book is
        "category name": 0.70,  # words of the name point to one category (0.64 of 13,454 agree with the path)
        "category name divided": 0.45,  # words of the name point to several (0.27 of 1,424)
        # Descriptions.
        "description stated": 1.0,  # the supplier's own, as it is
        "description composed": 0.90,  # of known facts only; each of them may be wrong
        "fact": 0.95,  # from here a rule's value is fact enough for a composed description
    }
)
"""Kind -> probability that a value of this kind is right."""
