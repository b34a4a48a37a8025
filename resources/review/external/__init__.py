"""Other ways in: questions that people decide on another platform, and the way of their words back.

Belongs here: what goes out to Label Studio (`labelling`, `label_studio`) and to any task platform that speaks signed
HTTP (`tasks_http`), what comes back (`signing`, `webhook`, `intake`), and what was taken already (`deliveries`). Does
not belong here: what a word is (`resources/review/judging.py`) and the store.

Whatever comes back is text from outside: it is judged like a line of a spreadsheet, its author is named after the
platform, and nothing is taken twice.
"""
