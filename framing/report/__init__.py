"""The report: findings, tables, examples and methods, as one page or as Markdown."""
