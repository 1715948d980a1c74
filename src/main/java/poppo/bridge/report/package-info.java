/**
 * What reports of all kinds are made of: text that can do no harm where it is shown, the XML that continuous integration
 * reads, the page for people, and the place where two values first differ. Knows nothing of what is reported.
 */
@NullMarked
package poppo.bridge.report;

import org.jspecify.annotations.NullMarked;
