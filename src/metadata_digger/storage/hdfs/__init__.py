"""HDFS, spoken to by hdfs-native: no Java, and no import of it before the first request."""
