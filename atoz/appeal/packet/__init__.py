"""The packet of an appeal or a letter: a folder and a zip that a person pastes from and posts.

Text, evidence as a PDF, the exhibits and a manifest are one function of the recorded facts and the
kept files: made again they are the same bytes, which is how `appeal verify` finds every change.
"""
