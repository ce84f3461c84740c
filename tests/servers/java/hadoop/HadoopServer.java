import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/**
 * An HDFS, and where there are node managers a YARN, on the loopback address: HadoopServer FOLDER DATANODES
 * NODEMANAGERS [KEY=VALUE ...]. The pairs are properties of the servers and go into the clients' files as well.
 *
 * <p>FOLDER/conf is what a client's HADOOP_CONF_DIR names. Prints READY and the URL when all of it answers; is gone as
 * soon as the process that started it is.
 */
public final class HadoopServer {
  private static final int NODE_MEMORY = 4096; // MB; nothing measures what containers take of it
  private static final int NODE_CORES = 4;
  private static final long SECONDS = 60; // for the node managers to find their resource manager

  public static void main(String[] arguments) {
    ProcessHandle.current().parent().ifPresent(one -> one.onExit().thenRun(() -> Runtime.getRuntime().halt(0)));
    try {
      System.out.println("READY " + start(arguments));
      Thread.currentThread().join();
    } catch (Throwable error) {
      error.printStackTrace();
      Runtime.getRuntime().halt(1); // threads that started already would keep the process
    }
  }

  private static String start(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    int datanodes = Integer.parseInt(arguments[1]);
    int managers = Integer.parseInt(arguments[2]);
    Configuration given = new Configuration(false);
    for (int at = 3; at < arguments.length; at++) {
      int sign = arguments[at].indexOf('=');
      given.set(arguments[at].substring(0, sign), arguments[at].substring(sign + 1));
    }

    Configuration servers = new YarnConfiguration();
    servers.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("dfs").toString());
    servers.setInt("dfs.replication", 1);
    servers.set("dfs.namenode.fs-limits.min-block-size", "1024"); // so that a small file can have many blocks
    servers.addResource(given);
    MiniDFSCluster hdfs = new MiniDFSCluster.Builder(servers).numDataNodes(datanodes).build();
    hdfs.waitActive();
    String url = hdfs.getURI().toString();

    Path clients = Files.createDirectories(folder.resolve("conf"));
    Configuration core = new Configuration(given);
    core.set("fs.defaultFS", url);
    write(core, clients.resolve("core-site.xml"));
    Configuration site = new Configuration(false);
    site.set("dfs.replication", servers.get("dfs.replication"));
    write(site, clients.resolve("hdfs-site.xml"));
    if (managers > 0) {
      write(yarn(hdfs.getConfiguration(0), url, managers), clients.resolve("yarn-site.xml"));
    }
    return url;
  }

  /** What a client has to know of it. */
  private static Configuration yarn(Configuration base, String url, int managers) throws Exception {
    Configuration servers = new YarnConfiguration(base);
    servers.set("fs.defaultFS", url);
    servers.set("yarn.app.mapreduce.am.staging-dir", "/user");
    servers.setBoolean("yarn.is.minicluster", true);
    servers.setInt("yarn.minicluster.yarn.nodemanager.resource.memory-mb", NODE_MEMORY);
    servers.setInt("yarn.nodemanager.resource.memory-mb", NODE_MEMORY);
    servers.setInt("yarn.nodemanager.resource.cpu-vcores", NODE_CORES);
    servers.setBoolean("yarn.nodemanager.vmem-check-enabled", false);
    servers.setBoolean("yarn.nodemanager.pmem-check-enabled", false);
    // Else a node whose disk is 90 % full takes no work.
    servers.set("yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "99.9");
    servers.setInt("yarn.nodemanager.delete.debug-delay-sec", 600); // the logs stay for who looks for a fault
    Configuration clients = new Configuration(false);
    Map<String, String> sizes =
        Map.of(
            "yarn.scheduler.minimum-allocation-mb", "256",
            "yarn.scheduler.maximum-allocation-mb", Integer.toString(NODE_MEMORY));
    sizes.forEach(servers::set);
    sizes.forEach(clients::set);

    MiniYARNCluster yarn = new MiniYARNCluster("yarn", managers, 1, 1);
    yarn.init(servers);
    yarn.start();
    if (!yarn.waitForNodeManagersToConnect(SECONDS * 1000)) {
      throw new IllegalStateException("no node manager has found its resource manager");
    }
    for (Map.Entry<String, String> one : yarn.getConfig()) {
      String name = one.getKey();
      if (name.startsWith("yarn.resourcemanager.") && (name.endsWith(".address") || name.endsWith(".hostname"))) {
        clients.set(name, yarn.getConfig().get(name));
      }
    }
    clients.set("yarn.application.classpath", ""); // containers bring their own
    return clients;
  }

  private static void write(Configuration properties, Path file) throws Exception {
    try (OutputStream out = Files.newOutputStream(file)) {
      properties.writeXml(out);
    }
  }
}
