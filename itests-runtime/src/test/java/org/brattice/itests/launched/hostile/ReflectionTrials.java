package org.brattice.itests.launched.hostile;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.TreeSet;

import org.brattice.api.Boot;
import org.brattice.api.Hypervisor;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Into the objects and the classes of the hypervisor. */
final class ReflectionTrials {
    private final Trials trials;
    private final BundleContext context;

    ReflectionTrials(Trials trials, BundleContext context) {
        this.trials = trials;
        this.context = context;
    }

    void run(IpcaService ipca, Boot boot, Message message) {
        Object hypervisor = context.getService(context.getServiceReference(Hypervisor.class));
        for (Object handed : new Object[]{ipca, boot, message, hypervisor}) {
            object(handed);
        }
        ClassLoader loader = ipca.getClass().getClassLoader();
        for (String name : new String[]{"partition.Processor", "partition.Machine",
                "partition.BootRun", "memory.Frame", "memory.View", "vsr.Vsr", "vsr.Holder"}) {
            internal(name, loader);
        }
        modules(ipca.getClass());
        interfaces(ipca, IpcaService.class);
        interfaces(boot, Boot.class);
        interfaces(message, Message.class);
        framework();
    }

    private void object(Object handed) {
        Class<?> type = handed.getClass();
        String name = type.getSimpleName();
        for (Field field : type.getDeclaredFields()) {
            trials.attempt("field " + name + "." + field.getName(), () -> {
                field.setAccessible(true);
                return field.get(handed);
            });
        }
        trials.attempt("private look-up in " + name,
                () -> MethodHandles.privateLookupIn(type, MethodHandles.lookup()));
        trials.attempt("method of the class " + name, () -> {
            Method method = Arrays.stream(type.getDeclaredMethods())
                    .filter(one -> !Modifier.isStatic(one.getModifiers())).findFirst()
                    .orElseThrow();
            method.setAccessible(true);
            return method;
        });
        trials.attempt("copy of " + name, () -> {
            Method clone = Object.class.getDeclaredMethod("clone");
            clone.setAccessible(true);
            return clone.invoke(handed);
        });
    }

    private void internal(String name, ClassLoader loader) {
        trials.attempt("members of " + name, () -> {
            Class<?> type = Class.forName("org.brattice.hypervisor." + name, true, loader);
            String refusal = "";
            for (AccessibleObject member : members(type)) {
                try {
                    member.setAccessible(true);
                    return member;
                } catch (RuntimeException e) {
                    refusal = e.toString();
                }
            }
            throw new Trials.Nothing(refusal);
        });
        trials.attempt("public constructor or factory of " + name, () -> {
            Class<?> type = Class.forName("org.brattice.hypervisor." + name, true, loader);
            for (Constructor<?> constructor : type.getConstructors()) {
                return constructor.newInstance(new Object[constructor.getParameterCount()]);
            }
            for (Method method : type.getMethods()) {
                if (Modifier.isStatic(method.getModifiers())) {
                    return method.invoke(null, new Object[method.getParameterCount()]);
                }
            }
            throw new Trials.Nothing("it has none");
        });
    }

    private static AccessibleObject[] members(Class<?> type) {
        Field[] fields = type.getDeclaredFields();
        Method[] methods = type.getDeclaredMethods();
        AccessibleObject[] all = Arrays.copyOf(fields, fields.length + methods.length,
                AccessibleObject[].class);
        System.arraycopy(methods, 0, all, fields.length, methods.length);
        return all;
    }

    private void modules(Class<?> inside) {
        Module hypervisor = inside.getModule();
        Module mine = getClass().getModule();
        trials.attempt("opening the hypervisor's package", () -> {
            hypervisor.addOpens(inside.getPackageName(), mine);
            return "opened";
        });
        trials.attempt("opening it through the JDK's own method", () -> {
            Method method = Module.class.getDeclaredMethod("implAddOpens", String.class);
            method.setAccessible(true);
            return method.invoke(hypervisor, inside.getPackageName());
        });
        trials.attempt("native access through the JDK's own method", () -> {
            Method method = Module.class.getDeclaredMethod("implAddEnableNativeAccess");
            method.setAccessible(true);
            return method.invoke(mine);
        });
        trials.attempt("a class of mine in the hypervisor's package", () -> {
            Method method = ClassLoader.class.getDeclaredMethod("defineClass", String.class,
                    byte[].class, int.class, int.class);
            method.setAccessible(true);
            return method.invoke(inside.getClassLoader(), null, new byte[0], 0, 0);
        });
        trials.attempt("the trusted look-up", () -> {
            Field field = MethodHandles.Lookup.class.getDeclaredField("IMPL_LOOKUP");
            field.setAccessible(true);
            return field.get(null);
        });
    }

    /** A handed object should be no more than its interface says. */
    private void interfaces(Object handed, Class<?> expected) {
        trials.attempt("other types of " + expected.getSimpleName(), () -> {
            var more = new TreeSet<String>();
            for (Class<?> type = handed.getClass(); type != null; type = type.getSuperclass()) {
                Arrays.stream(type.getInterfaces()).filter(one -> !one.isAssignableFrom(expected))
                        .forEach(one -> more.add(one.getName()));
            }
            if (more.isEmpty()) {
                throw new Trials.Nothing("it is that and no more");
            }
            return more;
        });
    }

    /** The framework's own objects lead to what it hides from bundles. */
    private void framework() {
        Bundle system = context.getBundle(0);
        for (Object internal : new Object[]{context, system}) {
            Class<?> type = internal.getClass();
            String name = internal == system ? "system bundle" : "context";
            trials.attemptKnown("framework internals: " + name, () -> {
                for (Class<?> one = type; one != Object.class; one = one.getSuperclass()) {
                    for (Field field : one.getDeclaredFields()) {
                        field.setAccessible(true);
                        return field + "=" + field.get(
                                Modifier.isStatic(field.getModifiers()) ? null : internal);
                    }
                }
                throw new Trials.Nothing("it has no fields");
            });
            trials.attemptKnown("framework look-up: " + name,
                    () -> MethodHandles.privateLookupIn(type, MethodHandles.lookup()));
        }
        trials.attempt("the framework's trusted accessor", () -> {
            Class<?> secure = Class.forName("org.apache.felix.framework.util.SecureAction", true,
                    context.getClass().getClassLoader());
            Method method = secure.getDeclaredMethod("getAccessor", Class.class);
            method.setAccessible(true);
            Object accessor = method.invoke(null, context.getClass());
            if (accessor == null) {
                throw new Trials.Nothing("there is none");
            }
            @SuppressWarnings("unchecked")
            var consumer = (java.util.function.Consumer<AccessibleObject[]>) accessor;
            Field field = MethodHandles.Lookup.class.getDeclaredField("IMPL_LOOKUP");
            consumer.accept(new AccessibleObject[]{field});
            return field.get(null);
        });
    }
}
