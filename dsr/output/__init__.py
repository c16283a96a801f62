"""What leaves the house: letters, reports, packages. No Django import here: the renderer's child process starts through it."""
