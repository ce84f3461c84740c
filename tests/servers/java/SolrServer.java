import java.io.IOException;
import java.security.PrivilegedExceptionAction;
import java.util.Base64;
import java.util.Map;
import java.util.Properties;
import javax.security.auth.Subject;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.servlet.Filter;
import javax.servlet.FilterChain;
import javax.servlet.ServletException;
import javax.servlet.ServletRequest;
import javax.servlet.ServletResponse;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.apache.solr.client.solrj.embedded.SSLConfig;
import org.apache.solr.embedded.JettyConfig;
import org.apache.solr.embedded.JettySolrRunner;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;

/**
 * One node of Solr on the loopback address: SolrServer HOME PORT [ZOOKEEPER]. Prints READY when it answers.
 *
 * <p>System properties: javax.net.ssl.keyStore and the like make it speak https; spnego.principal and spnego.keytab
 * put a filter in front of it that lets in only who brings a Kerberos ticket.
 */
public final class SolrServer {
  public static void main(String[] arguments) throws Exception {
    try {
      start(arguments);
    } catch (Exception error) {
      error.printStackTrace();
      System.exit(1); // threads that started already would keep the process
    }
    System.out.println("READY");
    Thread.currentThread().join();
  }

  private static void start(String[] arguments) throws Exception {
    Properties node = new Properties();
    if (arguments.length > 2) {
      node.setProperty("zkHost", arguments[2]);
    }
    JettyConfig.Builder config = JettyConfig.builder().setContext("/solr").setPort(Integer.parseInt(arguments[1]));
    String store = System.getProperty("javax.net.ssl.keyStore");
    if (store != null) {
      String word = System.getProperty("javax.net.ssl.keyStorePassword");
      config.useOnlyHttp1(true); // its choice between HTTP/2 and 1.1 ends the handshake of clients that speak only 1.1
      config.withSSLConfig(new SSLConfig(true, false, store, word, store, word));
    }
    if (System.getProperty("spnego.keytab") != null) {
      config.withFilter(Spnego.class, "/*");
    }
    new JettySolrRunner(arguments[0], node, config.build()).start();
  }

  /** RFC 4559 with what Java has of Kerberos. */
  public static final class Spnego implements Filter {
    private final Subject subject;

    public Spnego() throws Exception {
      Map<String, String> options =
          Map.of(
              "principal", System.getProperty("spnego.principal"),
              "keyTab", System.getProperty("spnego.keytab"),
              "useKeyTab", "true",
              "storeKey", "true",
              "isInitiator", "false");
      Configuration keytab =
          new Configuration() {
            @Override
            public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
              return new AppConfigurationEntry[] {
                new AppConfigurationEntry(
                    "com.sun.security.auth.module.Krb5LoginModule",
                    AppConfigurationEntry.LoginModuleControlFlag.REQUIRED,
                    options)
              };
            }
          };
      LoginContext login = new LoginContext("solr", new Subject(), null, keytab);
      login.login();
      subject = login.getSubject();
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      HttpServletResponse answer = (HttpServletResponse) response;
      String header = ((HttpServletRequest) request).getHeader("Authorization");
      if (header == null || !header.startsWith("Negotiate ")) {
        answer.setHeader("WWW-Authenticate", "Negotiate");
        answer.sendError(HttpServletResponse.SC_UNAUTHORIZED, "a Kerberos ticket is needed");
        return;
      }
      String back;
      try {
        back = Subject.doAs(subject, (PrivilegedExceptionAction<String>) () -> accept(header.substring(10)));
      } catch (Exception error) {
        answer.sendError(HttpServletResponse.SC_FORBIDDEN, "the ticket is not accepted: " + error.getCause());
        return;
      }
      answer.setHeader("WWW-Authenticate", "Negotiate " + back);
      chain.doFilter(request, response);
    }

    private static String accept(String token) throws GSSException {
      GSSContext context = GSSManager.getInstance().createContext((org.ietf.jgss.GSSCredential) null);
      try {
        byte[] given = Base64.getDecoder().decode(token);
        byte[] answer = context.acceptSecContext(given, 0, given.length);
        if (!context.isEstablished()) {
          throw new GSSException(GSSException.DEFECTIVE_TOKEN);
        }
        return answer == null ? "" : Base64.getEncoder().encodeToString(answer);
      } finally {
        context.dispose();
      }
    }
  }
}
