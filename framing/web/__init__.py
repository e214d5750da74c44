"""The local web page on which coders code and adjudicators choose."""
