"""What S3 and HDFS share: a client's few requests, files that are fetched piece by piece, heads that are fetched ahead."""
