"""Charts of shares: their marks, layouts and tables, as Vega-Lite, and drawn as SVG and PNG."""
