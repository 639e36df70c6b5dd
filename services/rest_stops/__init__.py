"""Rest stops: found and put in order, told of, reported on, proposed, brought in and mended."""
