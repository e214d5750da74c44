"""The tables that people read: functions from results to parts of an output, one module per kind of result."""

MARK = " †"
"""Follows a label that the model's own evaluation does not vouch for."""
