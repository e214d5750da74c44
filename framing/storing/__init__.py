"""What a model directory holds, file by file; ``framing.store`` is the door to it."""
