"""The words of the project: tables, columns, attributes, units, categories, currencies, reason codes.

Belongs here: names and what they mean, as data. Does not belong here: anything that reads, writes or
transforms; a vocabulary module imports nothing of the project but other vocabulary modules.
"""
