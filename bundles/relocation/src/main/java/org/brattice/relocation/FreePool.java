package org.brattice.relocation;

import java.util.HashMap;
import java.util.Map;

import org.brattice.api.Departure;
import org.brattice.api.RelocationPolicy;
import org.brattice.api.Resource;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/** All to the free pool; ranks below the others. */
@Component(property = Constants.SERVICE_RANKING + ":Integer=-1000")
public final class FreePool implements RelocationPolicy {
    @Override
    public Map<Resource, String> relocate(Departure departure) {
        Map<Resource, String> places = new HashMap<>();
        departure.resources().forEach(resource -> places.put(resource, ""));
        return places;
    }
}
