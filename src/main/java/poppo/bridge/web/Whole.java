package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import poppo.bridge.state.Json;
import poppo.bridge.state.Served;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/** All records of a collection, read page by page. */
record Whole(List<Versioned> records, Served served) {
    private static final int PAGE = 1000;

    static Whole of(ProjectHandle handle, StateCollection collection) {
        List<Versioned> records = new ArrayList<>();
        Whole read = of(handle, collection, records::add);
        return new Whole(records, read.served());
    }

    /** Hands every record on and keeps none. */
    static Whole of(ProjectHandle handle, StateCollection collection, Consumer<Versioned> each) {
        Served served = handle.shadow().listsFrom();
        String after = null;
        List<Versioned> page;
        do {
            page = handle.state().page(collection, after, PAGE);
            page.forEach(each);
            if (!page.isEmpty()) {
                Versioned last = page.get(page.size() - 1);
                after = last.key().id();
                served = last.served();
            }
        } while (page.size() == PAGE);
        return new Whole(List.of(), served);
    }

    ObjectNode byId() {
        ObjectNode object = Json.object();
        records.forEach(record -> object.set(record.key().id(), record.image()));
        return Json.inJavaScriptOrder(object);
    }
}
