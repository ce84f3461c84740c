"""Which photographs are searched, whoever holds them: an output's index, or a Solr collection."""
