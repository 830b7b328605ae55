"""Draws results of kbench."""
