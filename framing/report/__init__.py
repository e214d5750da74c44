"""The report: a page of findings, charts and methods, and the figures of it for papers."""
