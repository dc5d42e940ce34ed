"""The board as people use it: every page and every task in a real browser, over the real server."""
