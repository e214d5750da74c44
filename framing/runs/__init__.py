"""Large runs: inputs cut into pieces, pieces scored by whoever is there, parts that nothing loses."""
