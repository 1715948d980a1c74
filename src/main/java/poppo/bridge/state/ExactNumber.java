package poppo.bridge.state;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.node.NumericNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Objects;

/**
 * A JSON number kept as the text it was written in: {@code 1e3}, {@code 1.50}, {@code -0} and integers beyond a long
 * come back as they went in. Two are equal when their texts are.
 */
final class ExactNumber extends NumericNode {
    private static final long serialVersionUID = 1L;

    private final String text;

    ExactNumber(String text) {
        this.text = text;
    }

    @Override
    public JsonToken asToken() {
        return text.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'))
                ? JsonToken.VALUE_NUMBER_INT
                : JsonToken.VALUE_NUMBER_FLOAT;
    }

    @Override
    public JsonParser.NumberType numberType() {
        return asToken() == JsonToken.VALUE_NUMBER_INT
                ? JsonParser.NumberType.BIG_INTEGER
                : JsonParser.NumberType.BIG_DECIMAL;
    }

    @Override
    public Number numberValue() {
        return decimalValue();
    }

    @Override
    public int intValue() {
        return decimalValue().intValue();
    }

    @Override
    public long longValue() {
        return decimalValue().longValue();
    }

    @Override
    public double doubleValue() {
        return Double.parseDouble(text);
    }

    @Override
    public BigDecimal decimalValue() {
        return new BigDecimal(text);
    }

    @Override
    public BigInteger bigIntegerValue() {
        return decimalValue().toBigInteger();
    }

    @Override
    public boolean canConvertToInt() {
        return doubleValue() >= Integer.MIN_VALUE && doubleValue() <= Integer.MAX_VALUE;
    }

    @Override
    public boolean canConvertToLong() {
        return doubleValue() >= Long.MIN_VALUE && doubleValue() < Long.MAX_VALUE;
    }

    @Override
    public boolean canConvertToExactIntegral() {
        return asToken() == JsonToken.VALUE_NUMBER_INT;
    }

    @Override
    public String asText() {
        return text;
    }

    @Override
    public void serialize(JsonGenerator generator, SerializerProvider provider) throws IOException {
        generator.writeNumber(text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ExactNumber that && that.text.equals(text);
    }

    @Override
    public int hashCode() {
        return Objects.hash(text);
    }
}
