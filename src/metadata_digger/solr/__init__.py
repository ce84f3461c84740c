"""Solr, as a client: where it is, requests that survive a node, what is in a collection, and making one."""
