/** The hypervisor: exports nothing but its activator, and that to the frameworks alone. */
module org.brattice.hypervisor {
    requires org.brattice.api;
    requires static osgi.core;
    requires static osgi.annotation;

    exports org.brattice.hypervisor to org.apache.felix.framework, org.eclipse.osgi;
}
