"""The review page: where people answer questions in a browser.

Belongs here: the application (`app`), its routes, what they show (`views`, `templates/`, `static/`), pictures
(`images`), and who may do what (`security`, `guard`, `signing`). Does not belong here: the queue and accounts
(`resources/review/`).

Pages are made on the server and work by plain forms; one script of our own makes them quick.
"""
