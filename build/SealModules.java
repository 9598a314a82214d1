import java.io.File;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Copies the frameworks for the distribution with module descriptors that are not open. As they are
 * published, any bundle can reflect on them, and through them on what they hide from bundles: the
 * runtime's own bundles and the instances of other partitions' firmware.
 *
 * <p>Arguments: the class path, then for each framework its folder and its module, as felix=NAME.
 */
final class SealModules {
    private static final int OPEN = 0x20;
    private static final String DESCRIPTOR = "module-info.class";

    private SealModules() {}

    public static void main(String[] arguments) throws IOException {
        ModuleFinder finder = ModuleFinder.of(Arrays.stream(arguments[0].split(File.pathSeparator))
                .map(Path::of).filter(Files::isRegularFile).toArray(Path[]::new));
        Path target = Path.of(arguments[1]);
        for (String framework : List.of(arguments).subList(2, arguments.length)) {
            String[] folderAndModule = framework.split("=");
            ModuleReference module = finder.find(folderAndModule[1]).orElseThrow();
            copy(module.location().orElseThrow(), target.resolve(folderAndModule[0]));
        }
    }

    private static void copy(URI location, Path folder) throws IOException {
        Path original = Path.of(location);
        Files.createDirectories(folder);
        Path jar = folder.resolve(original.getFileName());
        Files.copy(original, jar, StandardCopyOption.REPLACE_EXISTING);
        try (FileSystem archive = FileSystems.newFileSystem(jar, Map.of())) {
            Path descriptor = archive.getPath(DESCRIPTOR);
            Files.write(descriptor, sealed(Files.readAllBytes(descriptor)));
            unsign(archive.getPath("META-INF"));
        }
    }

    private static byte[] sealed(byte[] descriptor) {
        ClassFile format = ClassFile.of();
        return format.transformClass(format.parse(descriptor), (builder, element) -> builder
                .with(element instanceof ModuleAttribute module ? sealed(module) : element));
    }

    private static ModuleAttribute sealed(ModuleAttribute module) {
        return ModuleAttribute.of(module.moduleName(), module.moduleFlagsMask() & ~OPEN,
                module.moduleVersion().orElse(null), module.requires(), module.exports(), List.of(),
                module.uses(), module.provides());
    }

    /** The signature holds for the jar as published: with another descriptor it would be refused. */
    private static void unsign(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".SF") || name.endsWith(".RSA")) {
                    Files.delete(file);
                }
            }
        }
    }
}
