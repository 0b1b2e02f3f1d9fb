"""The commands of `wangge`, by subject. Each file holds a typer app or functions that `wangge.__main__` registers."""
