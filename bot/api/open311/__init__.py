"""Open311 GeoReport v2: the catalogue and the tickets as other cities' programs know them."""
