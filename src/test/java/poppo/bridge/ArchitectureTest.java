package poppo.bridge;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import poppo.bridge.cli.Main;

/** The shape of the house: which package may know which, and who alone knows the libraries of the two stores. */
@AnalyzeClasses(packagesOf = ArchitectureTest.class, importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String BRIDGE = "poppo.bridge.";

    /** Micronaut's processor writes classes named $…$Definition into our packages; they are not our work. */
    private static boolean isGenerated(JavaClass each) {
        return each.getName().contains("$Definition")
                || each.getName().contains("$Introspection")
                || each.getName().contains("$Intercepted");
    }

    private static ArchRule mayOnlyKnow(String who, String... others) {
        String[] forbidden = new TreeSet<>(Set.of(
                        "machine",
                        "journal",
                        "state",
                        "file",
                        "redis",
                        "shadow",
                        "migration",
                        "plan",
                        "replay",
                        "report",
                        "web",
                        "cli"))
                .stream()
                        .filter(name -> !name.equals(who) && !Set.of(others).contains(name))
                        .map(ArchitectureTest::in)
                        .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(in(who))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .allowEmptyShould(true);
    }

    private static String in(String name) {
        return BRIDGE + name + "..";
    }

    private static ArchRule onlyUsers(String library, String... packages) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library);
    }

    @ArchTest
    static final ArchRule stateKnowsNobody = mayOnlyKnow("state");

    @ArchTest
    static final ArchRule fileKnowsState = mayOnlyKnow("file", "machine", "state");

    @ArchTest
    static final ArchRule redisKnowsState = mayOnlyKnow("redis", "machine", "state");

    @ArchTest
    static final ArchRule shadowKnowsState = mayOnlyKnow("shadow", "journal", "machine", "state");

    @ArchTest
    static final ArchRule reportKnowsNobodyButWords = mayOnlyKnow("report", "machine", "state");

    @ArchTest
    static final ArchRule migrationKnowsShadowAndState =
            mayOnlyKnow("migration", "machine", "report", "shadow", "state");

    @ArchTest
    static final ArchRule planKnowsMigrationAndShadow = mayOnlyKnow("plan", "machine", "migration", "shadow", "state");

    @ArchTest
    static final ArchRule replayKnowsShadowAndState = mayOnlyKnow("replay", "machine", "report", "shadow", "state");

    @ArchTest
    static final ArchRule webKnowsWhatIsBelowButNoStore =
            mayOnlyKnow("web", "journal", "machine", "migration", "plan", "replay", "shadow", "state");

    @ArchTest
    static final ArchRule nobodyKnowsTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage(in("cli"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(in("cli"));

    @ArchTest
    static final ArchRule noCycles =
            slices().matching("poppo.bridge.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyRedisUsesLettuce = onlyUsers("io.lettuce..", in("redis"));

    @ArchTest
    static final ArchRule onlyRedisUsesTheEmbeddedServer = onlyUsers("redis.embedded..", in("redis"));

    @ArchTest
    static final ArchRule onlyShadowUsesResilience4j = onlyUsers("io.github.resilience4j..", in("shadow"));

    @ArchTest
    static final ArchRule onlyTheCommandLineUsesPicocli = onlyUsers("picocli..", in("cli"));

    @ArchTest
    static final ArchRule onlyWebUsesMicronaut = onlyUsers("io.micronaut..", in("web"));

    @ArchTest
    static final ArchRule stateUsesTheJdkAndJacksonOnly = classes()
            .that()
            .resideInAPackage(in("state"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(in("state"), "java..", "com.fasterxml.jackson..", "org.jspecify..");

    /** {@code StateManager} is a given name, and so are those that say what kind of one they are. */
    @ArchTest
    static final ArchRule namesAreNouns = noClasses()
            .should(be(describe(
                    "called *Helper, *Util(s), *Impl, *Service, Default*, or *Manager without being a StateManager",
                    each -> isVague(each.getSimpleName()))));

    private static boolean isVague(String name) {
        boolean vagueManager = name.endsWith("Manager") && !name.endsWith("StateManager");
        return vagueManager || name.matches("Default.*|.*(Helper|Utils?|Impl|Service)");
    }

    @ArchTest
    static final ArchRule noCatchAllPackage =
            noClasses().should().resideInAnyPackage("..util..", "..common..", "..impl..", "..helper..");

    @ArchTest
    static void everyPackageIsNullMarkedAndKnown(JavaClasses all) throws Exception {
        Set<String> packages = all.stream()
                .filter(each -> !isGenerated(each))
                .map(JavaClass::getPackageName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(packages).contains(BRIDGE + "state", BRIDGE + "file", BRIDGE + "redis", BRIDGE + "shadow");
        for (String name : packages) {
            Class<?> info = Class.forName(name + ".package-info", false, Main.class.getClassLoader());
            assertThat(info.isAnnotationPresent(NullMarked.class))
                    .as("%s is @NullMarked", name)
                    .isTrue();
        }
    }

    /** Of the three adapters only what the wiring needs is open to others. */
    @ArchTest
    static void aStorePackageShowsLittle(JavaClasses all) {
        assertThat(open(all, "file")).containsExactly("FileOptions", "FileStateManager");
        assertThat(open(all, "redis")).containsExactly("RedisOptions", "RedisServerProcess", "RedisStateManager");
    }

    private static Set<String> open(JavaClasses all, String name) {
        return all.stream()
                .filter(each -> each.getPackageName().equals(BRIDGE + name))
                .filter(each -> each.getModifiers().contains(com.tngtech.archunit.core.domain.JavaModifier.PUBLIC))
                .filter(JavaClass::isTopLevelClass)
                .map(JavaClass::getSimpleName)
                .filter(simple -> !simple.equals("package-info"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
