package org.brattice.shell;

import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;

import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Keeps configurations by their pid. */
final class FakeConfigurationAdmin {
    final Map<String, Dictionary<String, Object>> configurations = new HashMap<>();

    ConfigurationAdmin service() {
        return (ConfigurationAdmin) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[]{ConfigurationAdmin.class}, (self, method, arguments) -> {
                    if (method.getName().equals("getConfiguration")) {
                        return configuration((String) arguments[0]);
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    @SuppressWarnings("unchecked")
    private Configuration configuration(String pid) {
        return (Configuration) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[]{Configuration.class}, (self, method, arguments) -> switch (method
                        .getName()) {
                    case "getProperties" -> copy(configurations.get(pid));
                    case "update" -> configurations.put(pid,
                            copy((Dictionary<String, Object>) arguments[0]));
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static Dictionary<String, Object> copy(Dictionary<String, Object> from) {
        Dictionary<String, Object> copy = from == null ? null : new Hashtable<>();
        if (from != null) {
            Collections.list(from.keys()).forEach(key -> copy.put(key, from.get(key)));
        }
        return copy;
    }
}
