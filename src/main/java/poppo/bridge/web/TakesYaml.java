package poppo.bridge.web;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** On a controller whose calls take a body of type application/yaml too. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface TakesYaml {}
