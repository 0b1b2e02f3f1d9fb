"""What is counted: closure, trends, league tables, stage times, hot spots, bulletins, evaluation."""
