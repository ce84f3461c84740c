"""What S3 and HDFS share: the requests, files fetched piece by piece, heads fetched ahead."""
