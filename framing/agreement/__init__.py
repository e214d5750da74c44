"""Intercoder agreement: how well coders agree, per label, per pair, with themselves, and where they do not."""
