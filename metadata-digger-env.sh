# Settings of run-distributed-metadata-digger.sh. A value in the environment wins over the one here; an empty one leaves it to Spark.

SPARK_MASTER=${SPARK_MASTER:-local[2]}     # yarn, spark://host:7077, k8s://..., or local[N]: N threads of this machine
DEPLOY_MODE=${DEPLOY_MODE-client}          # where the driver runs: client (here), or cluster (YARN, Kubernetes)
DRIVER_MEMORY=${DRIVER_MEMORY-1g}
EXECUTOR_MEMORY=${EXECUTOR_MEMORY-1g}
EXECUTOR_CORES=${EXECUTOR_CORES-1}
NUM_EXECUTORS=${NUM_EXECUTORS-1}
QUEUE=${QUEUE-default}                     # YARN only
SPARK_HOME=${SPARK_HOME-}                  # a Spark 3.5 or 4 of your own; empty: the one in .venv
PYSPARK_PYTHON=${PYSPARK_PYTHON-}          # the nodes' Python; empty: python3.N of the version that runs here
ARCHIVE_URL=${ARCHIVE_URL-}                # a folder that keeps what nodes are sent; empty: this machine serves it
