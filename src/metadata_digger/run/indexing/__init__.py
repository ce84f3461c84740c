"""An index made of an output that is there already as Parquet."""
