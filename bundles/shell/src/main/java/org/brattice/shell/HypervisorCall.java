package org.brattice.shell;

import org.brattice.api.IpcaService;

/** What the console partition is to ask of the hypervisor, on its own virtual processor. */
@FunctionalInterface
interface HypervisorCall<T> {
    T ask(IpcaService ipca) throws Exception;
}
