"""Drawing the sentences to code: designs with known probabilities, who codes what, and what more coding would buy."""
