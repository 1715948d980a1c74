/**
 * What an operator does with a project: examine it, backfill, compare, judge the gates, change the phase, roll back.
 *
 * <p>Works on {@link poppo.bridge.shadow.ShadowStateManager} and knows neither store by name. Moving data and authority
 * safely is the shadow package's; whether it is wise to is judged here.
 */
@NullMarked
package poppo.bridge.migration;

import org.jspecify.annotations.NullMarked;
