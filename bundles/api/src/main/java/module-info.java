/** What a partition, a recovery module and a tool see of the hypervisor. */
module org.brattice.api {
    requires static transitive osgi.annotation;
    requires static transitive org.osgi.service.component.annotations;

    exports org.brattice.api;
}
