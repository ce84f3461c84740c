"""Amazon S3, DigitalOcean Spaces, and what else speaks their protocol."""
