"""What the units show: a file for each widget, made of functions that return a table or a view as HTML."""
