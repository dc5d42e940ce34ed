"""The board and its API: what a support team works with all day, over the same service layer as the
command. `app.py` puts it together; each page is a module in `pages`, each part of the API one in `api`.
"""
