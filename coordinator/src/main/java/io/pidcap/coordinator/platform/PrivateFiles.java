package io.pidcap.coordinator.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryFlag;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Files and directories that are their owner's alone. Where the file system has modes they are 0600 and 0700 from the moment
 * they exist. Where it has lists of rights, as Windows', a directory gets one that all in it inherits; a file alone has those
 * of its directory.
 */
public final class PrivateFiles {
    private static final FileAttribute<?>[] NONE = {};

    private PrivateFiles() {}

    /** With which a file is created at this path. */
    public static FileAttribute<?>[] attributesOf(Path file) {
        return attributes(file, "rw-------");
    }

    private static FileAttribute<?>[] attributes(Path path, String mode) {
        return has(path, "posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : NONE;
    }

    private static boolean has(Path path, String view) {
        return path.getFileSystem().supportedFileAttributeViews().contains(view);
    }

    /**
     * Makes a directory.
     *
     * @throws java.nio.file.FileAlreadyExistsException there is something of its name
     */
    public static void createDirectory(Path directory) throws IOException {
        Files.createDirectory(directory, attributes(directory, "rwx------"));
        keepOthersOut(directory);
    }

    /**
     * Where the file system has lists of rights and no modes: gives the directory one with its owner and the user of this
     * process only. What is in it already keeps the rights that it has.
     *
     * @throws IOException it is another's
     */
    public static void keepOthersOut(Path directory) throws IOException {
        if (has(directory, "posix") || !has(directory, "acl")) {
            return;
        }
        AclFileAttributeView view =
                Files.getFileAttributeView(directory, AclFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        // Of what an administrator makes all administrators may be the owner.
        Set<UserPrincipal> users = new LinkedHashSet<>(List.of(view.getOwner()));
        users.add(directory
                .getFileSystem()
                .getUserPrincipalLookupService()
                .lookupPrincipalByName(System.getProperty("user.name")));
        List<AclEntry> rights = new ArrayList<>();
        users.forEach(user -> rights.add(everythingFor(user)));
        view.setAcl(rights);
    }

    private static AclEntry everythingFor(UserPrincipal user) {
        return AclEntry.newBuilder()
                .setType(AclEntryType.ALLOW)
                .setPrincipal(user)
                .setPermissions(EnumSet.allOf(AclEntryPermission.class))
                .setFlags(AclEntryFlag.FILE_INHERIT, AclEntryFlag.DIRECTORY_INHERIT)
                .build();
    }
}
