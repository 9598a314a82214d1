/** The launcher: boots an OSGi framework around the hypervisor of the boot layer. */
module org.brattice.runtime {
    requires java.logging;
    requires org.brattice.api;
    requires org.osgi.service.feature;
    requires static osgi.core;

    exports org.brattice.runtime to java.logging;

    uses org.osgi.framework.connect.ConnectFrameworkFactory;
    uses org.osgi.service.feature.FeatureService;
}
