package org.brattice.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.HashSet;
import java.util.Set;

import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

import org.osgi.framework.Bundle;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** The names of the configurations that the components of a bundle can do without, but would take. */
final class Pids {
    private Pids() {}

    /** Those of a bundle, which need not have been resolved. */
    static Set<String> of(Bundle bundle) throws IOException {
        Set<String> pids = new HashSet<>();
        String header = bundle.getHeaders("").get("Service-Component");
        if (header != null) {
            for (String path : header.split(",")) {
                URL entry = bundle.getEntry(path.strip());
                if (entry != null) {
                    try (var bytes = entry.openStream()) {
                        pids.addAll(of(bytes));
                    }
                }
            }
        }
        return pids;
    }

    /** Those of one description of components. */
    static Set<String> of(InputStream bytes) throws IOException {
        Set<String> pids = new HashSet<>();
        var factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        try {
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var found = factory.newDocumentBuilder().parse(bytes).getElementsByTagNameNS("*",
                    "component");
            for (int i = 0; i < found.getLength(); i++) {
                add((Element) found.item(i), pids);
            }
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException(e.getMessage(), e);
        }
        return pids;
    }

    private static void add(Element component, Set<String> pids) {
        String policy = component.getAttribute("configuration-policy");
        if (policy.equals("require") || policy.equals("ignore")) {
            return;
        }
        String name = component.getAttribute("name");
        String named = component.getAttribute("configuration-pid");
        for (String pid : (named.isBlank() ? "$" : named).strip().split("\\s+")) {
            pids.add(pid.equals("$") ? name : pid);
        }
    }
}
