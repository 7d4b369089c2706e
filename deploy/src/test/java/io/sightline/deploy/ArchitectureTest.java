package io.sightline.deploy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Dependencies point one way: deploy to ingest, trainer, indexer, to embedder, to schemas. */
@AnalyzeClasses(packages = "io.sightline", importOptions = ArchitectureTest.OnlyMain.class)
class ArchitectureTest {

    /** Neither test classes nor the jar of the embedder's. */
    static final class OnlyMain implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/") && !location.contains("-tests.jar");
        }
    }

    @ArchTest
    static final ArchRule MODULES_DEPEND_ONE_WAY = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("deploy")
            .definedBy("io.sightline.deploy..")
            .layer("ingest")
            .definedBy("io.sightline.ingest..")
            .layer("trainer")
            .definedBy("io.sightline.trainer..")
            .layer("indexer")
            .definedBy("io.sightline.indexer..")
            .layer("embedder")
            .definedBy("io.sightline.embedder..")
            .layer("local")
            .definedBy("io.sightline.local..")
            .layer("http")
            .definedBy("io.sightline.http..")
            .layer("schemas")
            .definedBy("io.sightline.schemas..")
            .whereLayer("deploy")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("ingest")
            .mayOnlyBeAccessedByLayers("deploy")
            .whereLayer("trainer")
            .mayOnlyBeAccessedByLayers("deploy")
            .whereLayer("indexer")
            .mayOnlyBeAccessedByLayers("deploy")
            .whereLayer("local")
            .mayOnlyBeAccessedByLayers("deploy")
            .whereLayer("embedder")
            .mayOnlyBeAccessedByLayers("deploy", "ingest", "trainer", "indexer")
            .whereLayer("http")
            .mayOnlyBeAccessedByLayers("deploy", "ingest", "trainer", "indexer", "embedder");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("io.sightline.(*).(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule THE_STORE_KNOWS_NOTHING_OF_ITS_IMPLEMENTATIONS = noClasses()
            .that()
            .resideInAPackage("io.sightline.indexer.store")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.sightline.indexer.store.lucene", "io.sightline.indexer.store.opensearch");
}
