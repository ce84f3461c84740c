# Settings of run-distributed-metadata-digger.sh. A value in the environment wins over the one here.

SPARK_MASTER=${SPARK_MASTER:-local[2]}     # yarn, spark://host:7077, k8s://..., or local[N]: N threads of this machine
DEPLOY_MODE=${DEPLOY_MODE:-client}         # client; cluster is not built yet
DRIVER_MEMORY=${DRIVER_MEMORY:-1g}
EXECUTOR_MEMORY=${EXECUTOR_MEMORY:-1g}
EXECUTOR_CORES=${EXECUTOR_CORES:-1}
NUM_EXECUTORS=${NUM_EXECUTORS:-1}
QUEUE=${QUEUE:-default}                    # YARN only
