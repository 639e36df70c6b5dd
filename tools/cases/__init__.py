"""Tools around cases: bringing past ones in, measuring how they are sorted and compared."""
