"""Patrols: the rounds of grid workers, their tracks and what of the grid they covered."""
